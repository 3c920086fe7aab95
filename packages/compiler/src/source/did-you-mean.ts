export { didYouMean } from '@bpfleet/bpf';

import {
  attachEveryCpu,
  attachSocketFilter,
  attachTcx,
  attachToSockets,
  joinLinks,
  type KernelObject,
  type Link,
} from '@bpfleet/kernel';
import { cgroupFolder } from '../cgroup-path.ts';
import type { AttachPlan } from './attach-plan.ts';
import { attachUprobe } from './uprobe-place.ts';
import { attachUsdt } from './usdt-place.ts';
import type { UsdtSpecs } from './usdt-specs.ts';

/** What programs of one object have in common while they are attached. */
interface AttachHelp {
  readonly openIterator: (linkFd: number, name: string) => void;
  readonly usdtSpecs: () => UsdtSpecs;
}

/** Attaches one loaded program as planned. An iterator's link is given to who reads what it writes. Throws KernelError, and then nothing is left. */
export function attachProgram(
  object: KernelObject,
  index: number,
  plan: AttachPlan,
  { openIterator, usdtSpecs }: AttachHelp,
): Link {
  switch (plan.how) {
    case 'libbpf':
      return object.attach(index, plan.target);
    case 'uprobe_multi':
      return attachUprobe(object.programFd(index), object.programs[index]?.name ?? '', plan.place);
    case 'usdt_multi':
      return attachUsdt(object.programFd(index), object.programs[index]?.name ?? '', plan.place, usdtSpecs());
    case 'retargeted':
      return object.attach(index);
    case 'iterator': {
      const { map } = plan;
      const link = object.attach(
        index,
        map === undefined ? undefined : { kind: 'iterator', map, mapFd: object.mapFd(map) },
      );
      try {
        openIterator(link.fd, object.programs[index]?.name ?? '');
      } catch (error) {
        link.close();
        throw error;
      }
      return link;
    }
    case 'perf_event':
      return attachEveryCpu(object.programFd(index), plan.event, `attach to ${plan.name}`);
    case 'struct_ops':
      return joinLinks([]);
    case 'socket_filter':
      return each(plan.interfaces, (name) => attachSocketFilter(object.programFd(index), name));
    case 'sockets':
      return attachToSockets(object.programFd(index), object.mapFd(plan.map), plan.hook);
    case 'cgroup':
      return object.attach(index, { kind: 'cgroup', path: cgroupFolder(plan.path) });
    case 'xdp':
      return each(plan.interfaces, (name) => object.attach(index, { kind: 'xdp', interface: name }));
    case 'tcx':
      return each(plan.interfaces, (name) => attachTcx(object.programFd(index), name, plan.direction));
  }
}

function each(names: readonly string[], attach: (name: string) => Link): Link {
  const links: Link[] = [];
  try {
    for (const name of names) links.push(attach(name));
  } catch (error) {
    joinLinks(links).close();
    throw error;
  }
  return joinLinks(links);
}

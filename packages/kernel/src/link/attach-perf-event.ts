import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { getLibc } from '../ffi/libc.ts';
import { errno } from '../ffi/native.ts';
import { errnoError, errnoName } from '../kernel-error.ts';
import type { Link } from './link.ts';

/** `enum bpf_attach_type` (linux/bpf.h). */
const BPF_PERF_EVENT = 41;
/** linux/perf_event.h */
const PERF_EVENT_IOC_ENABLE = 0x2400;
const PERF_EVENT_IOC_DISABLE = 0x2401;
const PERF_EVENT_IOC_SET_BPF = 0x40042408;

/**
 * Attaches a program to a perf event and enables it; takes the event over and closes it with the link.
 * Through a BPF link where the kernel has one for perf events (5.15), else through ioctl.
 */
export function attachPerfEvent(programFd: number, event: FileDescriptor, what: string): Link {
  let link: FileDescriptor | null = null;
  try {
    link = linkPerfEvent(programFd, event.number, what);
    if (link === null) attachByIoctl(programFd, event.number, what);
    enablePerfEvent(event.number, what);
  } catch (error) {
    link?.close();
    event.close();
    throw error;
  }
  return {
    detach() {
      if (link === null) return event.close();
      link.close();
      // The event without a program would cost a little each time it fires.
      if (event.isOpen) getLibc().ioctl(event.number, PERF_EVENT_IOC_DISABLE, 0);
    },
    close() {
      link?.close();
      // The kernel takes some 50 ms for a tracepoint's event; its program is off already.
      if (link === null) event.close();
      else event.closeInBackground();
    },
  };
}

/** Null where this kernel has no links for perf events. */
export function linkPerfEvent(programFd: number, eventFd: number, what: string): FileDescriptor | null {
  const fd = getLibbpf().bpf_link_create(programFd, eventFd, BPF_PERF_EVENT, null);
  if (fd >= 0) return new FileDescriptor(fd);
  if (errnoName(fd) === 'EINVAL') return null;
  throw errnoError(what, fd);
}

/** The program stays attached until the event is closed. */
export function attachByIoctl(programFd: number, eventFd: number, what: string): void {
  if (getLibc().ioctl(eventFd, PERF_EVENT_IOC_SET_BPF, programFd) < 0) throw errnoError(what, errno());
}

export function enablePerfEvent(eventFd: number, what: string): void {
  if (getLibc().ioctl(eventFd, PERF_EVENT_IOC_ENABLE, 0) < 0) throw errnoError(what, errno());
}

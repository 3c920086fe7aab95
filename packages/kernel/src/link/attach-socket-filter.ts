import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibc } from '../ffi/libc.ts';
import { addressOf, errno } from '../ffi/native.ts';
import { errnoError } from '../kernel-error.ts';
import { interfaceIndex } from '../object/object-target.ts';
import type { Link } from './link.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_ATTACH_BPF = 50;
/** `ETH_P_ALL` (linux/if_ether.h), in network order. */
const EVERY_PROTOCOL = 0x0003;
/** `struct sockaddr_ll` (linux/if_packet.h): family 0, protocol 2, interface 4. */
const ADDRESS_BYTES = 20;

/**
 * Has a program look at each packet of a network interface, both ways, by a socket of our own that nobody reads: what the program lets
 * through has the smallest room that there is. Needs CAP_NET_RAW. Throws KernelError.
 */
export function attachSocketFilter(programFd: number, name: string): Link {
  const libc = getLibc();
  const what = `look at the packets of interface ${name}`;
  const index = interfaceIndex(name);
  const fd = libc.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (fd < 0) throw errnoError(`${what} (a packet socket needs CAP_NET_RAW)`, errno());
  const socket = new FileDescriptor(fd);
  const require = (result: number) => {
    if (result >= 0) return;
    const error = errnoError(what, errno());
    socket.close();
    throw error;
  };
  require(setOption(fd, SO_RCVBUF, 0));
  // Before it is bound: until then it has no packets.
  require(setOption(fd, SO_ATTACH_BPF, programFd));
  require(libc.bind(fd, addressOf(addressFor(index)), ADDRESS_BYTES));
  return { detach: () => socket.close(), close: () => socket.close() };
}

function setOption(fd: number, option: number, value: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value, 0);
  return getLibc().setsockopt(fd, SOL_SOCKET, option, addressOf(bytes), bytes.length);
}

function addressFor(index: number): Buffer {
  const address = Buffer.alloc(ADDRESS_BYTES);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(EVERY_PROTOCOL, 2);
  address.writeInt32LE(index, 4);
  return address;
}

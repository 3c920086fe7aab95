import { expect, test } from 'vitest';
import { parseTracepointFormat } from './tracepoint-format.ts';
import { fieldType } from './tracepoint-type.ts';

/** Lines as several kernels write them. */
const text = `name: example
ID: 372
format:
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:char comm[16];	offset:8;	size:16;	signed:0;
	field:char name[TASK_COMM_LEN];	offset:24;	size:16;	signed:1;
	field:pid_t pid;	offset:40;	size:4;	signed:1;
	field:unsigned char flag;	offset:44;	size:1;	signed:0;
	field:u16 port;	offset:46;	size:2;	signed:0;
	field:__u8 saddr[4];	offset:48;	size:4;	signed:0;
	field:unsigned long args[6];	offset:56;	size:48;	signed:0;
	field:__data_loc char[] path;	offset:104;	size:4;	signed:0;
	field:__data_loc u64[] list;	offset:108;	size:4;	signed:0;
	field:const char * file;	offset:112;	size:8;	signed:0;
	field:struct file_lock * lock;	offset:120;	size:8;	signed:0;
	field:umode_t mode;	offset:128;	size:8;	signed:0;
	field:int dfd;	offset:136;	size:8;	signed:0;
	field:enum zone_type zone;	offset:144;	size:4;	signed:0;
	field:struct timespec time;	offset:152;	size:16;	signed:0;
	field:bool yes;	offset:168;	size:1;	signed:0;
	field:s64 delta;	offset:176;	size:8;	signed:1;
	something new that no one knows

print fmt: "%s", REC->comm
`;

const int = (size: number, signed: boolean) => ({ kind: 'integer', size, signed });

test('a format file gives the fields and their types', () => {
  const format = parseTracepointFormat(text);
  expect([format.name, format.id]).toEqual(['example', 372]);
  const types = format.fields.map((field) => [field.name, field.offset, fieldType(field, 'kernel', 1024, undefined)]);
  expect(types).toEqual([
    ['comm', 8, { kind: 'string', size: 16, bytes: 16 }],
    ['name', 24, { kind: 'string', size: 16, bytes: 16 }],
    ['pid', 40, int(4, true)],
    ['flag', 44, int(1, false)],
    ['port', 46, int(2, false)],
    ['saddr', 48, { kind: 'array', element: int(1, false), length: 4, space: 'context' }],
    ['args', 56, { kind: 'array', element: int(8, false), length: 6, space: 'context' }],
    ['path', 104, { kind: 'string', size: 1024, bytes: 1024 }],
    ['list', 108, undefined],
    ['file', 112, { kind: 'pointer', space: 'kernel', to: { ...int(1, true), character: true } }],
    ['lock', 120, { kind: 'pointer', space: 'kernel' }],
    ['mode', 128, int(2, false)],
    ['dfd', 136, int(4, true)],
    ['zone', 144, int(4, false)],
    ['time', 152, undefined],
    ['yes', 168, { kind: 'boolean' }],
    ['delta', 176, int(8, true)],
  ]);
});

test('any text is a format, if an empty one', () => {
  expect(parseTracepointFormat('')).toEqual({ name: '', id: 0, fields: [] });
  expect(parseTracepointFormat('field:;\toffset:x;')).toEqual({ name: '', id: 0, fields: [] });
});

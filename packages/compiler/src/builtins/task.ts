import { fieldAtAddress } from '../ir/lower-member.ts';
import type { Lowering } from '../ir/lowering.ts';
import type { Destination, Operand, Value } from '../ir/value.ts';
import type { Span } from '../source/span.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { recordOf } from '../types/record.ts';
import { type IntegerType, type RecordType, type StringType, stringType, type Type, unknown } from '../types/type.ts';
import type { BuiltinDefinition, CheckContext, FunctionDefinition } from './definition.ts';

/** A field of a thread that another thread's field points to: `task->real_parent->pid`. */
interface TaskField {
  readonly name: string;
  readonly to: 'real_parent' | 'group_leader';
  readonly field: 'pid' | 'comm';
}

const int32: IntegerType = { kind: 'integer', size: 4, signed: true };
/** TASK_COMM_LEN. */
const COMM_BYTES = 16;

function typeOfField({ field }: TaskField): IntegerType | StringType {
  return field === 'pid' ? int32 : stringType(COMM_BYTES);
}

function checkField(field: TaskField, span: Span, { env, report }: CheckContext): Type {
  if (env.tracepoints === null || env.types?.record('struct', 'task_struct') !== undefined) return typeOfField(field);
  const message = `${field.name} needs the kernel's BTF (CONFIG_DEBUG_INFO_BTF), which this kernel does not give`;
  report('unsupported', span, message);
  return unknown;
}

function lowerField(lowering: Lowering, field: TaskField, task: Operand, into?: Destination): Value {
  const { types } = lowering.env;
  const record = types?.record('struct', 'task_struct');
  if (types === undefined || record === undefined) throw new Error('the kernel has no task_struct');
  const holder: RecordType = { kind: 'record', id: record, name: 'task_struct', size: 0, space: 'kernel' };
  const pointer = types.member(record, field.to);
  const member = types.member(record, field.field);
  if (pointer === undefined || member === undefined) throw new Error(`a thread has no ${field.to} or ${field.field}`);
  const other = fieldAtAddress(lowering, task, holder, pointer, { kind: 'pointer', space: 'kernel' });
  if (other.kind !== 'number') throw new Error(`${field.to} is no pointer`);
  return fieldAtAddress(lowering, other.operand, holder, member, typeOfField(field), { into });
}

/** The field of the thread that runs. */
function ofCurrent(field: TaskField): BuiltinDefinition {
  return {
    name: field.name,
    kernel: '4.1',
    check: (identifier, context) => checkField(field, identifier.span, context),
    lower: (lowering, into) => lowerField(lowering, field, lowering.builder.call('get_current_task'), into),
  };
}

/** The field of the thread that runs, or of another. */
function ofTask(field: TaskField): FunctionDefinition {
  const { name } = field;
  return {
    kind: 'function',
    name,
    signature: `${name}([task])`,
    kernel: '4.1',
    minimum: 0,
    maximum: 1,
    check(call, context) {
      const [task] = call.arguments;
      if (task !== undefined) checkTask(name, task, context);
      return checkField(field, call.span, context);
    },
    lower(call, lowering, into) {
      const [task] = call.arguments;
      const address = task === undefined ? lowering.builder.call('get_current_task') : lowering.number(task);
      return lowerField(lowering, field, address, into);
    },
  };
}

function checkTask(name: string, task: Expression, context: CheckContext): void {
  const type = context.typeOf(task);
  if (type.kind === 'unknown' || recordOf(type)?.name === 'task_struct') return;
  const message = `${name}() expects a pointer to struct task_struct, not ${describe(type)}`;
  context.report('type-mismatch', task.span, message, 'curtask is one');
}

const fields: readonly TaskField[] = [
  { name: 'ppid', to: 'real_parent', field: 'pid' },
  { name: 'pcomm', to: 'real_parent', field: 'comm' },
  { name: 'leader_tid', to: 'group_leader', field: 'pid' },
  { name: 'leader_comm', to: 'group_leader', field: 'comm' },
];

/** The parent's number and name, and those of the thread the process began with. */
export const taskBuiltins: readonly BuiltinDefinition[] = fields.map(ofCurrent);
export const taskFunctions: readonly FunctionDefinition[] = fields.map(ofTask);

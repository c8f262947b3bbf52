/** `[[ … ]]`, and the tests that `test` shares with it. */

import { RE2JS, RE2JSException } from 're2js';
import type { TestExpression } from 'unbash';
import type { Inode } from '../linux/inode.ts';
import type { Routine } from '../sim/routine.ts';
import { arithmeticValue, expandPattern, expandString } from './expand.ts';
import { ShellError } from './flow.ts';
import { matches, parsePattern } from './pattern.ts';
import { lettersPerStep, matchSteps } from './pattern-edit.ts';
import type { Shell } from './shell.ts';
import { trace } from './trace.ts';
import { IndexedArray } from './variable-values.ts';

/** The truth of a `[[ ]]` expression. */
export function* runCondition(shell: Shell, node: TestExpression): Routine<boolean> {
  switch (node.type) {
    case 'TestGroup':
      return yield* runCondition(shell, node.expression);
    case 'TestNot':
      return (yield* runCondition(shell, node.operand)) === (node.negations.length % 2 === 0);
    case 'TestLogical': {
      for (const operand of node.operands) if ((yield* runCondition(shell, operand)) === (node.operator === '||')) return node.operator === '||';
      return node.operator === '&&';
    }
    case 'TestUnary': {
      const operand = yield* expandString(shell, node.operand);
      if (shell.options.has('xtrace')) yield* trace(shell, `[[ ${node.operator} ${operand} ]]`);
      return unaryTest(shell, node.operator, operand);
    }
    default:
      return yield* binary(shell, node);
  }
}

function* binary(shell: Shell, node: Extract<TestExpression, { type: 'TestBinary' }>): Routine<boolean> {
  const { operator } = node;
  if (/^-(eq|ne|lt|le|gt|ge)$/.test(operator)) {
    const left = yield* arithmeticValue(shell, yield* expandString(shell, node.left));
    return compareNumbers(operator, left, yield* arithmeticValue(shell, yield* expandString(shell, node.right)));
  }
  const left = yield* expandString(shell, node.left);
  if (operator === '=~') {
    const regex = yield* expandPattern(shell, node.right, (text) => text.replace(/[.[\]{}()*+?^$|\\]/g, '\\$&'));
    if (shell.options.has('xtrace')) yield* trace(shell, `[[ ${left} =~ ${regex} ]]`);
    return matchRegex(shell, left, regex);
  }
  if (operator === '==' || operator === '=' || operator === '!=') {
    const pattern = yield* expandPattern(shell, node.right);
    if (shell.options.has('xtrace')) yield* trace(shell, `[[ ${left || "''"} ${operator} ${pattern || "''"} ]]`);
    const parsed = parsePattern(pattern, shell.shopt.has('nocasematch'));
    shell.process.toil(matchSteps(parsed, left));
    return matches(parsed, left) === (operator !== '!=');
  }
  return binaryTest(shell, left, operator, yield* expandString(shell, node.right));
}

/** `=~`: POSIX extended expressions, matched leftmost-longest in linear time; fills BASH_REMATCH. */
function matchRegex(shell: Shell, text: string, regex: string): boolean {
  shell.process.toil((text.length * (1 + regex.length / 20)) / lettersPerStep);
  try {
    const flags = RE2JS.LONGEST_MATCH | RE2JS.DOTALL | (shell.shopt.has('nocasematch') ? RE2JS.CASE_INSENSITIVE : 0);
    const matcher = RE2JS.compile(regex, flags).matcher(text);
    const found = matcher.find();
    const groups = found ? Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? '') : [];
    shell.variables.setArray('BASH_REMATCH', IndexedArray.from(groups));
    return found;
  } catch (error) {
    // bash does not say what is wrong with the expression, only fails with 2.
    if (error instanceof RE2JSException) throw new ShellError(`invalid regular expression \`${regex}'`);
    throw error;
  }
}

/** `-eq` and its like. */
export function compareNumbers(operator: string, left: bigint, right: bigint): boolean {
  switch (operator) {
    case '-eq':
      return left === right;
    case '-ne':
      return left !== right;
    case '-lt':
      return left < right;
    case '-le':
      return left <= right;
    case '-gt':
      return left > right;
    default:
      return left >= right;
  }
}

/** Tests of two texts or files other than patterns and numbers. */
export function binaryTest(shell: Shell, left: string, operator: string, right: string): boolean {
  const { fs } = shell.process;
  switch (operator) {
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
      return (fs.find(left)?.mtime ?? -1) > (fs.find(right)?.mtime ?? -1);
    case '-ot':
      return (fs.find(left)?.mtime ?? -1) < (fs.find(right)?.mtime ?? -1);
    case '-ef':
      return fs.find(left) !== undefined && fs.find(left) === fs.find(right);
    default:
      throw new ShellError(`${operator}: binary operator expected`);
  }
}

const fileTests: Readonly<Record<string, (inode: Inode, shell: Shell) => boolean>> = {
  '-e': () => true,
  '-a': () => true,
  '-f': (inode) => inode.type === 'file',
  '-d': (inode) => inode.type === 'directory',
  '-b': (inode) => inode.type === 'block',
  '-c': (inode) => inode.type === 'character',
  '-p': (inode) => inode.type === 'fifo',
  '-S': (inode) => inode.type === 'socket',
  '-s': (inode) => inode.size > 0,
  '-r': (inode, shell) => shell.process.fs.may(inode, 4),
  '-w': (inode, shell) => shell.process.fs.may(inode, 2),
  '-x': (inode, shell) => shell.process.fs.may(inode, 1),
  '-u': (inode) => (inode.mode & 0o4000) !== 0,
  '-g': (inode) => (inode.mode & 0o2000) !== 0,
  '-k': (inode) => (inode.mode & 0o1000) !== 0,
  '-O': (inode, shell) => inode.uid === shell.process.uid,
  '-G': (inode, shell) => inode.gid === shell.process.credentials.gid,
  '-N': () => false,
};

/** True for what `test` takes as an operator with one operand. */
export const isUnary = (operator: string): boolean => operator in fileTests || /^-[zntvoRhL]$/.test(operator);

/** Tests of one operand. */
export function unaryTest(shell: Shell, operator: string, operand: string): boolean {
  switch (operator) {
    case '-z':
      return operand === '';
    case '-n':
      return operand !== '';
    case '-t':
      return shell.process.fds.get(Number(operand))?.tty !== undefined;
    case '-v':
      return isSet(shell, operand);
    case '-o':
      return shell.options.has(operand);
    case '-R':
      return shell.variables.find(operand)?.nameref ?? false;
    case '-h':
    case '-L':
      return shell.process.fs.find(operand, false)?.type === 'symlink';
    default: {
      const descriptor = /^\/dev\/(?:fd\/(\d+)|std(?:in|out|err))$/.exec(operand);
      if (descriptor)
        return /^-[earwp]$/.test(operator) && shell.process.fds.has(Number(descriptor[1] ?? ['/dev/stdin', '/dev/stdout', '/dev/stderr'].indexOf(operand)));
      const inode = shell.process.fs.find(operand);
      return inode !== undefined && (fileTests[operator]?.(inode, shell) ?? false);
    }
  }
}

function isSet(shell: Shell, text: string): boolean {
  const element = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(text);
  if (!element) return /^\d+$/.test(text) ? shell.positional[Number(text) - 1] !== undefined : shell.variables.get(text) !== undefined;
  const [, name = '', key = ''] = element;
  if (key === '@' || key === '*') return shell.variables.value(name) !== undefined;
  return shell.get(name, key) !== undefined;
}

/** What messages show of a template: text/template/parse/node.go. */
import type { Operand, Pipe } from './go-template-parser.ts';

const fieldsText = (names: readonly string[]): string => names.map((name) => `.${name}`).join('');

export function operandText(operand: Operand): string {
  switch (operand.type) {
    case 'dot':
      return '.';
    case 'literal':
      return operand.text;
    case 'field':
      return fieldsText(operand.names);
    case 'variable':
      return operand.name + fieldsText(operand.names);
    case 'pipe':
      return `(${pipeText(operand.pipe)})${fieldsText(operand.names)}`;
    case 'function':
      return operand.name;
    default:
      return 'nil';
  }
}

export const commandText = (command: readonly Operand[]): string => command.map(operandText).join(' ');
export const pipeText = (pipe: Pipe): string => pipe.commands.map(commandText).join(' | ');

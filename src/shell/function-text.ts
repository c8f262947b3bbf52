/** A function printed back, laid out as bash's print_cmd.c does. */
import type { CaseItem, CommandNode, CompoundList, If, PipelineNode, Redirected, Statement } from 'unbash';
import type { ShellFunction } from './shell.ts';

type Node = Statement['command'] | CommandNode | PipelineNode | CompoundList | Redirected;

/** `declare -f`, `type`. */
export function functionText(name: string, found: ShellFunction): string {
  return `${name} () \n${new Layout(found.source.text).body(found.body)}\n`;
}

const step = '    ';

type Branch = { readonly clause: CompoundList; readonly then: CompoundList };

class Layout {
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  body(node: Node): string {
    return node.type === 'BraceGroup' ? this.#braces(node.body, '') : node.type === 'CompoundList' ? this.#braces(node, '') : this.#node(node, '');
  }

  #braces(list: CompoundList, pad: string): string {
    return `{ \n${pad}${step}${this.#list(list, pad + step)}\n${pad}}`;
  }

  /** Statements, one a line; `&` lets the next one follow on the same line. */
  #list(list: CompoundList, pad: string): string {
    return list.commands
      .map((statement, index) => {
        const text = this.#node(statement.command, pad);
        const last = index === list.commands.length - 1;
        return statement.background ? `${text} &${last ? '' : ' '}` : last ? text : `${text};\n${pad}`;
      })
      .join('');
  }

  /** A body that ends in a semicolon, with its own indentation. */
  #block(list: CompoundList, pad: string): string {
    const text = this.#list(list, pad + step);
    return `\n${pad}${step}${text}${text.endsWith('&') ? '' : ';'}\n${pad}`;
  }

  #node(node: Node, pad: string): string {
    switch (node.type) {
      case 'AndOr':
        return node.commands.map((command, index) => `${index > 0 ? ` ${node.operators[index - 1]} ` : ''}${this.#node(command, pad)}`).join('');
      case 'Pipeline':
        return (
          this.#prefix(node.prefixes) +
          node.commands.map((command, index) => `${index > 0 ? ` ${node.operators[index - 1]} ` : ''}${this.#node(command, pad)}`).join('')
        );
      case 'CompoundList':
        return this.#list(node, pad);
      case 'BraceGroup':
        return this.#braces(node.body, pad);
      case 'Subshell':
        return `( ${this.#list(node.body, pad + step)} )`;
      case 'Redirected':
        return `${this.#node(node.command, pad)} ${node.redirects.map((one) => this.#text(one)).join(' ')}`;
      case 'If':
        return this.#if(node, pad);
      case 'While':
        return `${node.kind} ${this.#list(node.clause, pad)}; do${this.#block(node.body, pad)}done`;
      case 'For':
        return `for ${node.name.text}${node.wordlist ? ` in ${node.wordlist.map((word) => word.text).join(' ')}` : ' in "$@"'};\n${pad}do${this.#block(node.body, pad)}done`;
      case 'Case':
        return `case ${node.word.text} in \n${node.items.map((item) => this.#item(item, pad + step)).join('')}${pad}esac`;
      case 'Function':
        return `function ${node.name.text} () \n${pad}${node.body.type === 'BraceGroup' ? this.#braces(node.body.body, pad) : this.#node(node.body, pad)}`;
      default:
        return this.#text(node);
    }
  }

  #if(node: If, pad: string, branch: Branch = node, rest: readonly Branch[] = node.elif): string {
    // bash keeps `elif` as an `if` inside an `else`.
    const [next, ...others] = rest;
    const then = `if ${this.#list(branch.clause, pad)}; then${this.#block(branch.then, pad)}`;
    if (next) return `${then}else\n${pad}${step}${this.#if(node, pad + step, next, others)};\n${pad}fi`;
    return node.else ? `${then}else${this.#block(node.else, pad)}fi` : `${then}fi`;
  }

  #item(item: CaseItem, pad: string): string {
    const body = item.body.commands.length > 0 ? `${pad}${step}${this.#list(item.body, pad + step)}` : '';
    return `${pad}${item.pattern.map((word) => word.text).join(' | ')})\n${body}\n${pad}${item.terminator ?? ';;'}\n`;
  }

  #prefix(prefixes: readonly { readonly type: string }[]): string {
    return prefixes.map((prefix) => (prefix.type === 'Negation' ? '! ' : 'time ')).join('');
  }

  #text(node: { readonly pos: number; readonly end: number }): string {
    return this.#source.slice(node.pos, node.end).trim();
  }
}

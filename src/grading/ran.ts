/** Which of the commands that ran a pattern means, with what the command's own words do not tell: what it came after, and whose id it names. */
import type { CommandPattern } from '../lessons/lesson.ts';
import { type CommandRecord, matchesCommand } from './commands.ts';
import type { WorldView } from './world-view.ts';

/** The last one; undefined if there is none. */
export function commandMeant({ after, container, ...pattern }: CommandPattern, world: WorldView): CommandRecord | undefined {
  const { commands } = world;
  const from = after ? commands.findIndex((each) => matchesCommand(after, each)) + 1 : 0;
  if (after && from === 0) return undefined;
  return commands.slice(from).findLast((each) => matchesCommand(pattern, each) && (container === undefined || namesContainer(each, container, world)));
}

/** Tools take the beginning of an id too; shorter ones than this are other words. */
const shortestId = 3;

/** One of its words is the id, or its beginning, of a container of that name on the node where it ran. */
function namesContainer({ node, argv }: CommandRecord, name: string, { nodes }: WorldView): boolean {
  const words = argv.slice(1).filter((word) => word.length >= shortestId);
  const named = nodes
    .get(node)
    ?.cri?.runtime.listContainers()
    .filter(({ metadata }) => metadata.name === name);
  return named?.some(({ id }) => words.some((word) => id.startsWith(word))) ?? false;
}

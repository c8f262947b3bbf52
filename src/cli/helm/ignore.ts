/** .helmignore: helm pkg/ignore/rules.go. */

/** Whether a path below the chart's root is left out. */
export function newIgnore(content: string): (path: string, isFolder: boolean) => boolean {
  const rules = ['templates/.?*', ...content.split('\n').map((line) => line.trim())].flatMap((line) => {
    if (line === '' || line.startsWith('#')) return [];
    const negated = line.startsWith('!');
    const rule = negated ? line.slice(1) : line;
    const folder = rule.endsWith('/');
    const glob = rule.replace(/^\//, '').replace(/\/$/, '');
    return [{ negated, folder, rooted: rule.startsWith('/') || glob.includes('/'), pattern: globPattern(glob) }];
  });
  return (path, isFolder) => {
    for (const { negated, folder, rooted, pattern } of rules) {
      const hit = (!folder || isFolder) && pattern.test(rooted ? path : (path.split('/').at(-1) ?? ''));
      if (negated ? !hit && (!folder || isFolder) : hit) return true;
    }
    return false;
  };
}

/** filepath.Match, and `**` of gobwas/glob for .Files.Glob. */
export const globPattern = (glob: string): RegExp =>
  new RegExp(
    `^${glob.replace(/\*\*|[*?.+^$()|\\{},]/g, (sign) => ({ '**': '.*', '*': '[^/]*', '?': '[^/]', '{': '(?:', '}': ')', ',': glob.includes('{') ? '|' : ',' })[sign] ?? `\\${sign}`)}$`,
  );

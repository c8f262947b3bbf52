/** Docker Hub's search (GET index.docker.io/v1/search): over what the hub here holds. */
import type { Registry } from '../../images/registry.ts';
import type { HttpResponse } from '../../linux/protocols.ts';

/** Stars and words of the best known. */
const known: Readonly<Record<string, readonly [stars: number, description: string]>> = {
  alpine: [11_470, 'A minimal Docker image based on Alpine Linux with a complete package index and only 5 MB in size!'],
  busybox: [3_440, 'Busybox base image.'],
  httpd: [4_870, 'The Apache HTTP Server Project'],
  mysql: [15_850, 'MySQL is a widely used, open-source relational database management system (RDBMS).'],
  nginx: [20_900, 'Official build of Nginx.'],
  postgres: [14_480, 'The PostgreSQL object-relational database system provides reliability and data integrity.'],
  python: [10_250, 'Python is an interpreted, interactive, object-oriented, open-source programming language.'],
  redis: [13_350, 'Redis is the world’s fastest data platform for caching, vector search, and NoSQL databases.'],
  registry: [4_150, 'Distribution implementation for storing and distributing of container images and artifacts'],
};

/** Those whose name or words have the term; the most starred first. */
export function answerSearch(hub: Registry | undefined, path: string): HttpResponse {
  const query = new URLSearchParams(path.split('?')[1] ?? '');
  const term = (query.get('q') ?? '').toLowerCase().replace(/^library\//, '');
  const results = [...(hub?.repositories() ?? [])]
    .map((repository) => {
      const name = repository.replace(/^library\//, '');
      const [stars, description] = known[name] ?? [0, ''];
      return { name, description, star_count: stars, is_official: name !== repository, is_automated: false };
    })
    .filter(({ name, description }) => name.includes(term) || description.toLowerCase().includes(term))
    .sort((a, b) => b.star_count - a.star_count || (a.name < b.name ? -1 : 1))
    .slice(0, Number(query.get('n') ?? 25));
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ num_results: results.length, query: term, results }) };
}

/** The head of a klog line: `E1122 13:37:19.370971   32087 `. */
import type { Process } from '../../linux/process.ts';

export function klog(process: Process, level: 'I' | 'W' | 'E' | 'F'): string {
  const iso = new Date(process.now).toISOString();
  const micros = String(Math.floor((process.now % 1) * 1000)).padStart(3, '0');
  return `${level}${iso.slice(5, 7)}${iso.slice(8, 10)} ${iso.slice(11, 23)}${micros} ${String(process.pid).padStart(7)} `;
}

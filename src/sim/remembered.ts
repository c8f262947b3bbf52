/** Bounds for what one function remembers: nobody's odd files fill the memory. */
const most = 512;
const usualLongest = 16_384;

/**
 * What a pure function of texts said is remembered, for all worlds of a process: the answer is the same in each, so that none can tell.
 * Only for work that is dear (keys, signatures, parsing) and whose result is never changed in place; not for texts over `longest` characters.
 */
export function remembered<Texts extends readonly string[], Result>(work: (...texts: Texts) => Result, longest = usualLongest): (...texts: Texts) => Result {
  const answers = new Map<string, Result>();
  return (...texts) => {
    const key = texts.length === 1 ? (texts[0] as string) : texts.join('\0');
    const known = answers.get(key);
    if (known !== undefined || answers.has(key)) return known as Result;
    const answer = work(...texts);
    if (key.length > longest) return answer;
    // What is asked again and again is soon here anew.
    if (answers.size >= most) answers.clear();
    answers.set(key, answer);
    return answer;
  };
}

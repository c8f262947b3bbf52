/** The library yaml, named here once: the bundle holds it in the engine alone, and everything else takes it from there. */
export { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parse, parseDocument, stringify, visit, YAMLParseError } from 'yaml';

// Text packed by sorting (Burrows and Wheeler's transform, then arithmetic coding): the lessons, in two languages, take a seventh less than brotli makes of
// them. What each byte is likely to be is learned while reading, by the same model on both sides; integers only, so that every machine gets the same.

/** Bytes of the header: how many bytes there are, and which row of the sorted ones is the text itself. */
export const HEADER = 8;

/** The text of what `packText` in scripts/pack-text.mjs made. */
export function unpackText(packed) {
  const last = decoded(packed.subarray(HEADER), packed.readUInt32BE(0));
  return unsorted(last, packed.readUInt32BE(4));
}

/** The chance of the next bit, of 65536, by the bits before it in its byte and the one or two bytes before that. */
export function bitModel() {
  const half = (length) => new Int32Array(length).fill(32768);
  const [alone, afterOne, afterTwo] = [half(256), half(65536), half(65536)];
  // How often a bit really came when the three together said so: corrects them, in 16 steps, for runs and for other text.
  const corrected = Int32Array.from({ length: 2 * 256 * 17 }, (_, at) => Math.min(65535, (at % 17) * 4096));
  let [bits, before, beforeThat, run] = [1, 0, 0, 0];
  let [one, two, step] = [0, 0, 0];
  return {
    chance() {
      one = (before << 8) | bits;
      two = (beforeThat << 8) | bits;
      const said = ((alone[bits] + afterOne[one]) * 7 + afterTwo[two] * 2) >> 4;
      const part = said & 4095;
      step = ((run > 2 ? 256 : 0) + bits) * 17 + (said >> 12);
      const came = ((corrected[step] * (4096 - part) + corrected[step + 1] * part) / 4096) | 0;
      return Math.min(65534, Math.max(1, (came * 3 + said) >> 2));
    },
    learn(bit) {
      const goal = bit ? 65535 : 0;
      alone[bits] += (goal - alone[bits]) >> 2;
      afterOne[one] += (goal - afterOne[one]) >> 4;
      afterTwo[two] += (goal - afterTwo[two]) >> 5;
      corrected[step] += (goal - corrected[step]) >> 6;
      corrected[step + 1] += (goal - corrected[step + 1]) >> 6;
      bits = (bits << 1) | bit;
      if (bits < 256) return;
      run = (bits & 255) === before ? run + 1 : 0;
      [beforeThat, before, bits] = [before, bits & 255, 1];
    },
  };
}

/** Where an interval of chances is cut: below and at it lies a 1. */
export const cut = (low, high, chance) => low + Math.floor(((high - low) / 65536) * chance);

function decoded(code, length) {
  const { chance, learn } = bitModel();
  const bytes = Buffer.alloc(length);
  let [low, high, at] = [0, 0xffffffff, 4];
  let value = code.readUInt32BE(0);
  for (let index = 0; index < length; index++) {
    let byte = 1;
    while (byte < 256) {
      const middle = cut(low, high, chance());
      const bit = value <= middle ? 1 : 0;
      if (bit) high = middle;
      else low = middle + 1;
      learn(bit);
      byte = (byte << 1) | bit;
      while (low >>> 24 === high >>> 24) {
        low = (low << 8) >>> 0;
        high = ((high << 8) | 255) >>> 0;
        value = ((value << 8) | code[at++]) >>> 0;
      }
    }
    bytes[index] = byte;
  }
  return bytes;
}

/** The text, from behind, of the last column of its sorted rows; `own` is the row where it stands itself, whose last byte is the end. */
function unsorted(last, own) {
  const rows = new Int32Array(257);
  rows[0] = 1;
  for (const byte of last) rows[byte + 1]++;
  for (let byte = 1; byte < 257; byte++) rows[byte] += rows[byte - 1];
  const previous = new Int32Array(last.length + 1);
  last.forEach((byte, at) => {
    previous[at < own ? at : at + 1] = rows[byte]++;
  });
  const text = Buffer.alloc(last.length);
  let row = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    text[at] = last[row < own ? row : row - 1];
    row = previous[row];
  }
  return text;
}

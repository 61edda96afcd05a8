import { Refusal } from '@conch/errors';

const BYTES_A_NUMBER = 4;

/** The first numbers of a vector, scaled to length 1 again; the vector itself when all of it is wanted. Bytes are little-endian 32-bit floats. */
export function shortened(vector: Buffer, dimensions: number | null | undefined): Buffer {
  const has = vector.length / BYTES_A_NUMBER;
  if (dimensions === null || dimensions === undefined || dimensions === has) return vector;
  if (dimensions > has) {
    throw new Refusal(
      'invalid',
      'DIMENSIONS_TOO_MANY',
      `dimensions: the model's vectors have ${has} numbers, not ${dimensions}. Ask for at most ${has}, or leave it out.`,
      {
        param: 'dimensions',
        facts: { max: has },
      },
    );
  }
  const kept = numbersOf(vector.subarray(0, dimensions * BYTES_A_NUMBER));
  const length = Math.hypot(...kept);
  const bytes = Buffer.alloc(dimensions * BYTES_A_NUMBER);
  // A vector of zeros has no direction to keep.
  for (const [at, number] of kept.entries()) bytes.writeFloatLE(length === 0 ? 0 : number / length, at * BYTES_A_NUMBER);
  return bytes;
}

/** The numbers of a vector. */
export function numbersOf(vector: Buffer): number[] {
  const numbers = new Array<number>(vector.length / BYTES_A_NUMBER);
  for (let at = 0; at < numbers.length; at += 1) numbers[at] = vector.readFloatLE(at * BYTES_A_NUMBER);
  return numbers;
}

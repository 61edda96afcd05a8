import type { ModelInferRequest, ModelInferRequest_InferInputTensor, ModelInferResponse } from '@conch/contracts/kserve';

/** One input tensor with its raw bytes, as the KServe v2 protocol sends them. */
export interface RawTensor {
  readonly tensor: ModelInferRequest_InferInputTensor;
  readonly raw: Buffer;
}

/** A BYTES tensor: each element is a 4-byte little-endian length followed by that many bytes. */
export function bytesTensor(name: string, values: readonly string[]): RawTensor {
  const parts: Buffer[] = [];
  for (const value of values) {
    const body = Buffer.from(value, 'utf8');
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32LE(body.length);
    parts.push(length, body);
  }
  return { tensor: tensorOf(name, 'BYTES', values.length), raw: Buffer.concat(parts) };
}

/** A BOOL tensor of one element. */
export function boolTensor(name: string, value: boolean): RawTensor {
  return { tensor: tensorOf(name, 'BOOL', 1), raw: Buffer.from([value ? 1 : 0]) };
}

/** The request that carries the given tensors, in order. */
export function inferRequest(modelName: string, id: string, tensors: readonly RawTensor[]): ModelInferRequest {
  return {
    modelName,
    modelVersion: '',
    id,
    parameters: {},
    inputs: tensors.map((entry) => entry.tensor),
    outputs: [],
    rawInputContents: tensors.map((entry) => entry.raw),
  };
}

/** The raw bytes of a named output, or null when the response has none of that name. */
export function outputBytes(response: ModelInferResponse, name: string): Buffer | null {
  const index = response.outputs.findIndex((output) => output.name === name);
  return index < 0 ? null : (response.rawOutputContents[index] ?? null);
}

/** The first string of a BYTES output; empty when the output is absent or empty. */
export function firstString(response: ModelInferResponse, name: string): string {
  const raw = outputBytes(response, name);
  if (raw === null || raw.length < 4) return '';
  return raw.toString('utf8', 4, 4 + raw.readUInt32LE(0));
}

/** The first number of a UINT32 output; null when the output is absent. */
export function firstUint32(response: ModelInferResponse, name: string): number | null {
  const raw = outputBytes(response, name);
  return raw === null || raw.length < 4 ? null : raw.readUInt32LE(0);
}

function tensorOf(name: string, datatype: string, elements: number): ModelInferRequest_InferInputTensor {
  return { name, datatype, shape: [elements], parameters: {}, contents: undefined };
}

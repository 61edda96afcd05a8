import { z } from 'zod';

type JsonSchema = Record<string, unknown>;

const DEFS = '#/$defs/';
const COMPONENTS = '#/components/schemas/';

/** Turns zod schemas into JSON Schema; those with an id become components that others refer to. */
export class ComponentSchemas {
  readonly components: Record<string, JsonSchema> = {};

  /** What a request has to fit. */
  input(schema: z.ZodType): JsonSchema {
    return this.convert(schema, 'input');
  }

  /** What an answer fits; it may have more fields in a later version, so it is not closed. */
  output(schema: z.ZodType): JsonSchema {
    return this.convert(schema, 'output');
  }

  private convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const made = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        tidy(jsonSchema, io);
        // Zod leaves it out for what is read from text, as numbers in a query string are.
        if (io === 'input' && zodSchema instanceof z.ZodDefault) jsonSchema['default'] ??= zodSchema.def.defaultValue;
      },
    }) as JsonSchema;
    const { $defs = {}, $schema: _, ...root } = made;
    for (const [name, definition] of Object.entries($defs as Record<string, JsonSchema>)) this.components[name] = rewritten(definition) as JsonSchema;
    return rewritten(root) as JsonSchema;
  }
}

function tidy(jsonSchema: JsonSchema, io: 'input' | 'output'): void {
  // Bounds that only say what a JSON number can hold.
  if (jsonSchema['minimum'] === Number.MIN_SAFE_INTEGER) delete jsonSchema['minimum'];
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum'];
  if (io === 'output' && jsonSchema['additionalProperties'] === false) delete jsonSchema['additionalProperties'];
}

/** The same schema with its references to definitions turned into references to components. */
function rewritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewritten);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (key === 'id' && typeof inner === 'string') return [];
      if (key === '$ref' && typeof inner === 'string') return [[key, inner.replace(DEFS, COMPONENTS)]];
      return [[key, rewritten(inner)]];
    }),
  );
}

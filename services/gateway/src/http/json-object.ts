/** The object that a peer sent as JSON; null when it sent none, or something else. */
export function jsonObject(json: string): Record<string, unknown> | null {
  if (json === '') return null;
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

const MAX_NAME_CHARACTERS = 200;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/-]*$/;

/** Says what is wrong with the name of a model that is to be imported, by the registry's rule for names; null when nothing is. */
export function nameFault(name: string): string | null {
  if (name.length > MAX_NAME_CHARACTERS || !NAME.test(name) || name.includes('//') || name.endsWith('/'))
    return `must be letters, digits and . _ - : /, at most ${MAX_NAME_CHARACTERS} characters, beginning with a letter or digit, without // and without / at its end`;
  return name.startsWith('ft:') ? 'must not begin with ft:, by which tuned models are known' : null;
}

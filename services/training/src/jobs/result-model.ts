const SUFFIX = /^[a-z0-9][a-z0-9-]*$/;
const MAX_SUFFIX_CHARACTERS = 64;
const MAX_PROJECT_CHARACTERS = 40;

/** Says what is wrong with a suffix; null when nothing is. */
export function suffixFault(suffix: string): string | null {
  if (suffix === '') return null;
  if (suffix.length > MAX_SUFFIX_CHARACTERS) return `has ${suffix.length} characters; use at most ${MAX_SUFFIX_CHARACTERS}`;
  return SUFFIX.test(suffix) ? null : 'may hold lower-case letters, digits and dashes only, and does not begin with a dash';
}

/** The id of a tuned model, in OpenAI's form: `ft:<base>:<project>:<suffix>:<8 characters>`. A model tuned twice keeps the name of its first base. */
export function resultModelOf(parts: { readonly base: string; readonly project: string; readonly suffix: string; readonly unique: string }): string {
  const base = parts.base.startsWith('ft:') ? (parts.base.split(':')[1] ?? parts.base) : parts.base;
  return ['ft', base, projectInId(parts.project), parts.suffix, parts.unique].join(':');
}

function projectInId(project: string): string {
  const text = project
    .replace(/^proj_/, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MAX_PROJECT_CHARACTERS);
  return text === '' ? 'project' : text;
}

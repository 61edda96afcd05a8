const AT_ONCE = 8;

/** Does something for each item, a few at a time, and keeps the order of the answers. */
export async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) answers.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  return answers;
}

/** Each item once, from the first on, and the list without it: what was read takes ten times the room of its text, and is not needed once it was judged. */
export function* drained<T>(items: T[]): Generator<T> {
  items.reverse();
  for (let item = items.pop(); item !== undefined; item = items.pop()) yield item;
}

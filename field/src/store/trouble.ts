/** When the browser's store says no. */

/** Full: IndexedDB says so by this name, some browsers only inside another error. */
export function isFull(problem: unknown): boolean {
  for (let each = problem, depth = 0; each instanceof Error || each instanceof DOMException; depth += 1) {
    if (each.name === "QuotaExceededError") return true;
    const { inner, cause } = each as { inner?: unknown; cause?: unknown };
    each = inner ?? cause;
    if (depth > 5) return false;
  }
  return false;
}

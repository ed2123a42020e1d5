package org.cofitune.text.jinja;

/**
 * What one run of a template may use.
 *
 * @param steps statements, calls and loop rounds; a long conversation needs some thousands
 * @param text characters of any one text; the longest contexts of today's models hold a few million
 * @param elements of any one list
 * @param produced characters that are made in all, intermediate values included; an element counts
 *     as 8
 * @param depth macros within macros, as deep as Python's stack would allow
 * @param regexReads characters looked at by one replacement; what a pattern without nested
 *     repetition needs
 */
record RenderingLimits(
    long steps, int text, int elements, long produced, int depth, long regexReads) {
  static final RenderingLimits DEFAULT =
      new RenderingLimits(5_000_000, 1 << 24, 1 << 20, 1L << 29, 200, 50_000_000);
}

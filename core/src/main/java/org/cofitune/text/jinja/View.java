package org.cofitune.text.jinja;

import java.util.List;

/**
 * A sized iterable that is no list: {@code range}, {@code dict_keys}, {@code dict_values}, {@code
 * dict_items}.
 */
record View(String type, List<Object> items) {}

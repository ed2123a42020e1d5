package org.cofitune.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * @param parameters names in order
 * @param defaults of parameters that have one
 * @param mentions names that the body uses, which decides whether {@code varargs} and {@code
 *     kwargs} are allowed
 */
record MacroSignature(
    String name, List<String> parameters, Map<String, Expression> defaults, Set<String> mentions) {
  static final String CALLER = "caller";
  static final String VARARGS = "varargs";
  static final String KWARGS = "kwargs";
}

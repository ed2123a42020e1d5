package org.cofitune.text.jinja;

/** A value that can be called: a global function, a method bound to its object, a macro. */
@FunctionalInterface
interface Invocable {
  Object call(Arguments arguments, Rendering rendering);
}

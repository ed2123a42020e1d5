package org.cofitune.text.jinja;

import java.util.Iterator;
import java.util.List;

/** What an assignment assigns to. */
sealed interface Target {
  void assign(Object value, Scope scope, Rendering rendering);

  record Variable(String name) implements Target {
    @Override
    public void assign(Object value, Scope scope, Rendering rendering) {
      scope.set(name, value);
    }
  }

  record NamespaceAttribute(String namespace, String attribute) implements Target {
    @Override
    public void assign(Object value, Scope scope, Rendering rendering) {
      if (!(scope.find(namespace) instanceof Namespace object)) {
        throw TemplateError.of(
            "cannot assign attribute on non-namespace object '" + namespace + "'");
      }
      object.attributes().put(attribute, value);
    }
  }

  record Several(List<Target> targets) implements Target {
    @Override
    public void assign(Object value, Scope scope, Rendering rendering) {
      Iterator<Object> items = PythonValues.iterate(value);
      for (Target target : targets) {
        if (!items.hasNext()) {
          throw TemplateError.of("not enough values to unpack, expected " + targets.size());
        }
        target.assign(items.next(), scope, rendering);
      }
      if (items.hasNext()) {
        throw TemplateError.of("too many values to unpack, expected " + targets.size());
      }
    }
  }
}

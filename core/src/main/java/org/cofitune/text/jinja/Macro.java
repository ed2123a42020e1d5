package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A macro together with the scope that it was defined in. */
record Macro(MacroSignature signature, List<Statement> body, Scope definedIn) implements Invocable {
  @Override
  public Object call(Arguments arguments, Rendering rendering) {
    Scope scope = definedIn.inner();
    Map<String, Object> named = new LinkedHashMap<>(arguments.named());
    bindParameters(arguments.positional(), named, scope, rendering);
    bindRest(arguments.positional(), named, scope, rendering);
    rendering.enter();
    String text = Statement.capture(body, scope, rendering);
    rendering.leave();
    return text;
  }

  private void bindParameters(
      List<Object> positional, Map<String, Object> named, Scope scope, Rendering rendering) {
    List<String> parameters = signature.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      String name = parameters.get(i);
      if (i < positional.size()) {
        scope.set(name, positional.get(i));
        continue;
      }
      Object value = named.remove(name);
      Expression otherwise = signature.defaults().get(name);
      if (value != null) {
        scope.set(name, value);
      } else if (otherwise != null) {
        scope.set(name, otherwise.evaluate(scope, rendering));
      } else {
        scope.set(name, rendering.undefined("parameter '" + name + "' was not provided"));
      }
    }
  }

  private void bindRest(
      List<Object> positional, Map<String, Object> named, Scope scope, Rendering rendering) {
    if (!signature.parameters().contains(MacroSignature.CALLER)) {
      Object caller = named.remove(MacroSignature.CALLER);
      scope.set(
          MacroSignature.CALLER,
          caller != null ? caller : rendering.undefined("no caller defined"));
    }
    int count = signature.parameters().size();
    if (signature.mentions().contains(MacroSignature.KWARGS)) {
      scope.set(MacroSignature.KWARGS, new LinkedHashMap<Object, Object>(named));
    } else if (!named.isEmpty()) {
      throw TemplateError.of(
          "macro '"
              + signature.name()
              + "' takes no keyword argument '"
              + named.keySet().iterator().next()
              + "'");
    }
    if (signature.mentions().contains(MacroSignature.VARARGS)) {
      List<Object> rest =
          positional.size() > count ? positional.subList(count, positional.size()) : List.of();
      scope.set(MacroSignature.VARARGS, new Tuple(new ArrayList<>(rest)));
    } else if (positional.size() > count) {
      throw TemplateError.of(
          "macro '" + signature.name() + "' takes not more than " + count + " argument(s)");
    }
  }
}

package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A parsed expression. */
sealed interface Expression {
  Object evaluate(Scope scope, Rendering rendering);

  record Literal(Object value) implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      return value;
    }
  }

  record Name(String name) implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      Object value = scope.find(name);
      return value != null ? value : rendering.undefined("'" + name + "' is undefined");
    }
  }

  record ListOf(List<Expression> items) implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      return all(items, scope, rendering);
    }
  }

  record TupleOf(List<Expression> items) implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      return new Tuple(all(items, scope, rendering));
    }
  }

  record DictOf(List<Expression> keys, List<Expression> values) implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      Map<Object, Object> dict = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        Object key = keys.get(i).evaluate(scope, rendering);
        Lookup.put(dict, key, values.get(i).evaluate(scope, rendering));
      }
      return dict;
    }
  }

  record Attribute(Expression target, String name) implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      return Lookup.attribute(target.evaluate(scope, rendering), name, rendering);
    }
  }

  record Element(Expression target, Expression index) implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      Object value = target.evaluate(scope, rendering);
      return Lookup.element(value, index.evaluate(scope, rendering), rendering);
    }
  }

  record Slice(
      Expression target,
      @Nullable Expression start,
      @Nullable Expression stop,
      @Nullable Expression step)
      implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      return Lookup.slice(
          target.evaluate(scope, rendering),
          bound(start, scope, rendering),
          bound(stop, scope, rendering),
          bound(step, scope, rendering),
          rendering);
    }

    private static @Nullable Integer bound(
        @Nullable Expression expression, Scope scope, Rendering rendering) {
      if (expression == null) {
        return null;
      }
      Object value = expression.evaluate(scope, rendering);
      if (value instanceof Undefined undefined) {
        throw undefined.error();
      }
      return value == None.NONE ? null : PythonNumbers.size(value);
    }
  }

  record Call(Expression callee, ArgumentList arguments, int line) implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      Object function = callee.evaluate(scope, rendering);
      Arguments values = arguments.evaluate(scope, rendering);
      rendering.at(line);
      return invoke(function, values, rendering);
    }

    static Object invoke(Object function, Arguments arguments, Rendering rendering) {
      if (function instanceof Invocable invocable) {
        return invocable.call(arguments, rendering);
      }
      if (function instanceof Undefined undefined) {
        throw undefined.error();
      }
      throw TemplateError.of("'" + PythonValues.typeName(function) + "' object is not callable");
    }
  }

  record Filtered(Expression value, FilterCall filter) implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      return filter.apply(value.evaluate(scope, rendering), scope, rendering);
    }
  }

  record Tested(Expression value, String test, ArgumentList arguments, int line)
      implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      Object subject = value.evaluate(scope, rendering);
      Arguments values = arguments.evaluate(scope, rendering);
      rendering.at(line);
      return ValueTests.named(test).holds(subject, values, rendering);
    }
  }

  record Not(Expression operand) implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      return !PythonValues.truth(operand.evaluate(scope, rendering));
    }
  }

  /** {@code and} and {@code or}, which give one of their operands. */
  record Logic(boolean isAnd, Expression left, Expression right) implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      Object value = left.evaluate(scope, rendering);
      return PythonValues.truth(value) == isAnd ? right.evaluate(scope, rendering) : value;
    }
  }

  /** A chain such as {@code a < b <= c}, which holds where every link does. */
  record Comparison(Expression first, List<String> operators, List<Expression> others)
      implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      Object left = first.evaluate(scope, rendering);
      for (int i = 0; i < operators.size(); i++) {
        Object right = others.get(i).evaluate(scope, rendering);
        if (!PythonOrder.compare(operators.get(i), left, right)) {
          return false;
        }
        left = right;
      }
      return true;
    }
  }

  record Sign(boolean negative, Expression operand) implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      Object value = operand.evaluate(scope, rendering);
      if (value instanceof Undefined undefined) {
        throw undefined.error();
      }
      if (!PythonNumbers.isNumber(value)) {
        throw TemplateError.of(
            "bad operand type for unary "
                + (negative ? "-" : "+")
                + ": '"
                + PythonValues.typeName(value)
                + "'");
      }
      return negative ? PythonNumbers.negate(value) : PythonNumbers.plus(value);
    }
  }

  record Binary(String operator, Expression left, Expression right, int line)
      implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      Object a = left.evaluate(scope, rendering);
      Object b = right.evaluate(scope, rendering);
      rendering.at(line);
      return Operators.apply(operator, a, b, rendering);
    }
  }

  /** Operands joined by {@code ~}. */
  record Concatenation(List<Expression> parts) implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      StringBuilder text = new StringBuilder();
      for (Expression part : parts) {
        Object value = part.evaluate(scope, rendering);
        if (value instanceof Markup) {
          throw TemplateError.unsupported("'~' with a text after the filter safe or escape");
        }
        text.append(PythonText.str(value));
        rendering.checkLength(text.length());
      }
      return rendering.made(text.toString());
    }
  }

  record Conditional(Expression condition, Expression then, @Nullable Expression otherwise)
      implements Expression {
    @Override
    public Object evaluate(Scope scope, Rendering rendering) {
      if (PythonValues.truth(condition.evaluate(scope, rendering))) {
        return then.evaluate(scope, rendering);
      }
      return otherwise != null
          ? otherwise.evaluate(scope, rendering)
          : new Undefined("the inline if-expression evaluated to false and has no else", false);
    }
  }

  private static List<Object> all(List<Expression> items, Scope scope, Rendering rendering) {
    List<Object> values = new ArrayList<>(items.size());
    for (Expression item : items) {
      values.add(item.evaluate(scope, rendering));
    }
    rendering.reserveElements(values.size());
    return values;
  }
}

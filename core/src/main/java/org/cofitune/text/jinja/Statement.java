package org.cofitune.text.jinja;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parsed statement. */
sealed interface Statement {
  Flow execute(Scope scope, Rendering rendering, Output out);

  /** What happens after a statement. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  static Flow executeAll(List<Statement> body, Scope scope, Rendering rendering, Output out) {
    for (Statement statement : body) {
      Flow flow = statement.execute(scope, rendering, out);
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  /** Executes a body in a scope of its own and returns what it writes. */
  static String capture(List<Statement> body, Scope scope, Rendering rendering) {
    Output inner = new Output(rendering);
    executeAll(body, scope, rendering, inner);
    return inner.text();
  }

  record Text(String text) implements Statement {
    @Override
    public Flow execute(Scope scope, Rendering rendering, Output out) {
      out.write(text);
      return Flow.NEXT;
    }
  }

  record Print(Expression expression, int line) implements Statement {
    @Override
    public Flow execute(Scope scope, Rendering rendering, Output out) {
      rendering.at(line);
      out.write(PythonText.str(expression.evaluate(scope, rendering)));
      return Flow.NEXT;
    }
  }

  record If(Expression condition, List<Statement> then, List<Statement> otherwise, int line)
      implements Statement {
    @Override
    public Flow execute(Scope scope, Rendering rendering, Output out) {
      rendering.at(line);
      boolean holds = PythonValues.truth(condition.evaluate(scope, rendering));
      return executeAll(holds ? then : otherwise, scope, rendering, out);
    }
  }

  record Assign(Target target, Expression value, int line) implements Statement {
    @Override
    public Flow execute(Scope scope, Rendering rendering, Output out) {
      rendering.at(line);
      target.assign(value.evaluate(scope, rendering), scope, rendering);
      return Flow.NEXT;
    }
  }

  /** {@code {% set x %}...{% endset %}}. */
  record AssignBlock(Target target, List<FilterCall> filters, List<Statement> body, int line)
      implements Statement {
    @Override
    public Flow execute(Scope scope, Rendering rendering, Output out) {
      rendering.at(line);
      Object value = capture(body, scope.inner(), rendering);
      for (FilterCall filter : filters) {
        value = filter.apply(value, scope, rendering);
      }
      target.assign(value, scope, rendering);
      return Flow.NEXT;
    }
  }

  record FilterBlock(List<FilterCall> filters, List<Statement> body, int line)
      implements Statement {
    @Override
    public Flow execute(Scope scope, Rendering rendering, Output out) {
      rendering.at(line);
      Scope inner = scope.inner();
      Object value = capture(body, inner, rendering);
      for (FilterCall filter : filters) {
        value = filter.apply(value, inner, rendering);
      }
      out.write(PythonText.str(value));
      return Flow.NEXT;
    }
  }

  record With(List<Target> targets, List<Expression> values, List<Statement> body, int line)
      implements Statement {
    @Override
    public Flow execute(Scope scope, Rendering rendering, Output out) {
      rendering.at(line);
      Scope inner = scope.inner();
      for (int i = 0; i < targets.size(); i++) {
        targets.get(i).assign(values.get(i).evaluate(scope, rendering), inner, rendering);
      }
      return executeAll(body, inner, rendering, out);
    }
  }

  record DefineMacro(MacroSignature signature, List<Statement> body, int line)
      implements Statement {
    @Override
    public Flow execute(Scope scope, Rendering rendering, Output out) {
      rendering.at(line);
      scope.set(signature.name(), new Macro(signature, body, scope));
      return Flow.NEXT;
    }
  }

  /** {@code {% call %}}: the body becomes the macro {@code caller} of the call. */
  record CallBlock(Expression.Call call, MacroSignature signature, List<Statement> body, int line)
      implements Statement {
    @Override
    public Flow execute(Scope scope, Rendering rendering, Output out) {
      rendering.at(line);
      Object callee = call.callee().evaluate(scope, rendering);
      Arguments arguments =
          call.arguments()
              .evaluate(scope, rendering)
              .with(MacroSignature.CALLER, new Macro(signature, body, scope));
      out.write(PythonText.str(Expression.Call.invoke(callee, arguments, rendering)));
      return Flow.NEXT;
    }
  }

  /** {@code {% generation %}}: transformers' mark around what the model writes. */
  record Generation(List<Statement> body, int line) implements Statement {
    @Override
    public Flow execute(Scope scope, Rendering rendering, Output out) {
      rendering.at(line);
      int start = out.length();
      Flow flow = executeAll(body, scope.inner(), rendering, out);
      out.markGenerated(start, out.length());
      return flow;
    }
  }

  record Jump(Flow flow) implements Statement {
    @Override
    public Flow execute(Scope scope, Rendering rendering, Output out) {
      return flow;
    }
  }

  record For(
      Target target,
      Expression iterable,
      @Nullable Expression condition,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {
    @Override
    public Flow execute(Scope scope, Rendering rendering, Output out) {
      rendering.at(line);
      LoopContext loop = new LoopContext(items(scope, rendering), rendering);
      // jinja2 runs the else part also where break or continue cut every round short.
      boolean finishedARound = false;
      for (Object item = loop.next(); item != null; item = loop.next()) {
        Scope round = scope.inner();
        round.set("loop", loop);
        target.assign(item, round, rendering);
        Flow flow = executeAll(body, round, rendering, out);
        if (flow == Flow.BREAK) {
          break;
        }
        finishedARound |= flow == Flow.NEXT;
      }
      return finishedARound ? Flow.NEXT : executeAll(otherwise, scope.inner(), rendering, out);
    }

    private Iterator<Object> items(Scope scope, Rendering rendering) {
      Iterator<Object> items = PythonValues.iterate(iterable.evaluate(scope, rendering));
      if (condition == null) {
        return items;
      }
      return new Selected(
          items,
          candidate -> {
            Scope round = scope.inner();
            target.assign(candidate, round, rendering);
            return PythonValues.truth(condition.evaluate(round, rendering));
          },
          rendering);
    }
  }
}

package org.cofitune.engine;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;

/**
 * An ATen operator that the Java presets do not expose, called through libtorch's dispatcher. Every
 * argument is passed, defaults included.
 */
public final class BoxedOperator {
  private final OperatorHandle handle;

  private BoxedOperator(OperatorHandle handle) {
    this.handle = handle;
  }

  /**
   * Finds an operator.
   *
   * @param name for example {@code aten::_fused_adamw_}
   * @param overload the overload's name, empty for the default one
   */
  public static BoxedOperator find(String name, String overload) {
    OperatorHandle handle = Dispatcher.singleton().findSchemaOrThrow(name, overload);
    return new BoxedOperator(handle.retainReference());
  }

  /** Calls the operator for its effect; results are dropped. */
  public void call(IValue... arguments) {
    try (PointerScope scope = new PointerScope()) {
      handle.callBoxed(stack(arguments));
    }
  }

  /** Calls the operator and returns its first result, a tensor owned by the caller's scope. */
  public Tensor callForTensor(IValue... arguments) {
    IValueVector stack = stack(arguments);
    handle.callBoxed(stack);
    Tensor result = new Tensor(stack.get(0).toTensor());
    stack.close();
    return result;
  }

  private static IValueVector stack(IValue... arguments) {
    IValueVector stack = new IValueVector();
    for (IValue argument : arguments) {
      stack.push_back(argument);
    }
    return stack;
  }

  /** The argument {@code Tensor[]}. */
  public static IValue tensors(List<Tensor> tensors) {
    GenericList list = new GenericList(new Type.TypePtr(TensorType.get()));
    for (Tensor tensor : tensors) {
      list.push_back(new IValue(tensor));
    }
    return new IValue(list);
  }

  /** The argument {@code None}. */
  public static IValue none() {
    return new IValue();
  }
}

package org.cofitune.store;

import java.util.Optional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Which type of a tensor in memory stands for which type in a file. Loads the engine's natives. */
public final class ScalarTypes {
  private ScalarTypes() {}

  /** The type in memory of what is stored as {@code type}. */
  public static ScalarType of(StoredType type) {
    return switch (type) {
      case F64 -> ScalarType.Double;
      case F32 -> ScalarType.Float;
      case F16 -> ScalarType.Half;
      case BF16 -> ScalarType.BFloat16;
      case I64 -> ScalarType.Long;
      case I32 -> ScalarType.Int;
      case I16 -> ScalarType.Short;
      case I8 -> ScalarType.Char;
      case U8 -> ScalarType.Byte;
      case BOOL -> ScalarType.Bool;
    };
  }

  /** The type in a file of what is {@code type} in memory; empty if files cannot hold it. */
  public static Optional<StoredType> stored(ScalarType type) {
    for (StoredType stored : StoredType.values()) {
      if (of(stored).value == type.value) { // the natives return their own objects
        return Optional.of(stored);
      }
    }
    return Optional.empty();
  }
}

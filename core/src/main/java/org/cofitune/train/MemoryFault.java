package org.cofitune.train;

import java.util.function.Supplier;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/** Recognises that libtorch ran out of memory and says what to do about it. */
final class MemoryFault {
  private static final int EXCERPT = 200;

  private MemoryFault() {}

  /**
   * Runs an action.
   *
   * @throws CofituneException of kind TRAINING if libtorch cannot allocate
   */
  static <T> T guard(Supplier<T> action) {
    try {
      return action.get();
    } catch (CofituneException e) {
      throw e;
    } catch (RuntimeException e) {
      String message = String.valueOf(e.getMessage());
      if (!message.contains("can't allocate memory") && !message.contains("out of memory")) {
        throw e;
      }
      throw CofituneException.of(ErrorKind.TRAINING, "out of memory")
          .found(message.lines().findFirst().map(MemoryFault::excerpt).orElse(""))
          .next(
              "lower per_device_train_batch_size and raise gradient_accumulation_steps by as much,"
                  + " set gradient_checkpointing: true, or shorten rows with cutoff_len")
          .see("out-of-memory")
          .cause(e)
          .build();
    }
  }

  private static String excerpt(String line) {
    return line.substring(0, Math.min(EXCERPT, line.length()));
  }
}

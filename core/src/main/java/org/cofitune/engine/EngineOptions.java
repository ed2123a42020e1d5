package org.cofitune.engine;

import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * How the engine is to run.
 *
 * @param device {@code cpu}, {@code cuda}, {@code cuda:N}, or {@code auto} (a GPU if there is one)
 * @param threads CPU threads of one operator; 0 = one per processor
 * @param seed seed of the engine's random number generators (dropout, sampling)
 */
public record EngineOptions(String device, int threads, long seed) {
  public static final String DEFAULT_DEVICE = "auto";
  public static final long DEFAULT_SEED = 42;

  public EngineOptions {
    if (!device.matches("auto|cpu|cuda(:\\d{1,2})?")) {
      throw CofituneException.of(ErrorKind.RECIPE, "unknown device")
          .at("device")
          .expected("auto, cpu, cuda or cuda:N")
          .found(device)
          .next("name one of these")
          .build();
    }
    if (threads < 0) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible number of threads")
          .at("threads")
          .expected("0 (one per processor) or more")
          .found(threads)
          .next("leave it out to use every processor")
          .build();
    }
  }

  public static EngineOptions defaults() {
    return new EngineOptions(DEFAULT_DEVICE, 0, DEFAULT_SEED);
  }

  public EngineOptions withSeed(long newSeed) {
    return new EngineOptions(device, threads, newSeed);
  }

  public EngineOptions withThreads(int newThreads) {
    return new EngineOptions(device, newThreads, seed);
  }

  public EngineOptions withDevice(String newDevice) {
    return new EngineOptions(newDevice, threads, seed);
  }
}

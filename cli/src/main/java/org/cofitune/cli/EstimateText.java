package org.cofitune.cli;

import org.cofitune.pipeline.Estimate;
import org.cofitune.pipeline.MemoryEstimate;

/** An estimate as lines of facts. */
record EstimateText(Console console) {

  void print(Estimate estimate) {
    fact(
        "model",
        "%s, %d layers, %s parameters",
        estimate.modelType(),
        estimate.layers(),
        HumanNumbers.count(estimate.parameters()));
    fact(
        "trained",
        "%s parameters (%.2f %%), region %s",
        HumanNumbers.count(estimate.trainedParameters()),
        100.0 * estimate.trainedParameters() / estimate.parameters(),
        estimate.region());
    MemoryEstimate memory = estimate.memory();
    fact(
        "memory",
        "%s: weights %s, training state %s, activations of the largest batch %s, other %s",
        HumanNumbers.bytes(memory.totalBytes()),
        HumanNumbers.bytes(memory.weightBytes()),
        HumanNumbers.bytes(memory.stateBytes()),
        HumanNumbers.bytes(memory.activationBytes()),
        HumanNumbers.bytes(memory.widenedBytes() + memory.outputBytes()));
    if (memory.hostBytes() > 0) {
      fact(
          "host",
          "%s beside that; where the device is the CPU, it is the same memory",
          HumanNumbers.bytes(memory.hostBytes()));
    }
    Estimate.Fit fit = estimate.fit();
    fact(
        "fits",
        fit.holdsEveryRow() ? "all %,d rows at once in %s" : "batches of up to %,d rows in %s",
        fit.batch(),
        HumanNumbers.bytes(fit.budgetBytes()));
    Estimate.Disk disk = estimate.disk();
    fact(
        "disk",
        "merged model %s, delta %s, %s %s",
        HumanNumbers.bytes(disk.model()),
        HumanNumbers.bytes(disk.delta()),
        disk.checkpoints() == 0
            ? "each checkpoint"
            : "at most " + disk.checkpoints() + " checkpoints of",
        HumanNumbers.bytes(disk.checkpoint()));
  }

  void print(Estimate.Work work) {
    fact(
        "rows",
        "%,d with %,d tokens, %,d supervised; %,d held out",
        work.rows(),
        work.tokens(),
        work.supervisedTokens(),
        work.heldOutRows());
    fact("steps", "%,d of %d rows", work.totalSteps(), work.rowsPerStep());
  }

  void fact(String name, String format, Object... values) {
    new Facts(console).print(name, format, values);
  }
}

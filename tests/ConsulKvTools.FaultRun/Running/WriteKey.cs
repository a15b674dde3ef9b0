namespace ConsulKvTools.FaultRun.Running;

/// <summary>Does one write. The product's own is <see cref="Product"/>; a test stands in another to see that the run finds its faults.</summary>
internal delegate Task<ConsulKvWriteResult> WriteKey(ConsulKvSession session, ConsulKvWrite write, CancellationToken cancellation);

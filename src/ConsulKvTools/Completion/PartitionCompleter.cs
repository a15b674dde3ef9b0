using ConsulKvTools.Completion;

namespace ConsulKvTools.Commands;

/// <summary>Offers the admin partitions of Consul Enterprise.</summary>
public sealed class PartitionCompleter() : ListCompleter("Partition", Glance.PartitionsAsync);

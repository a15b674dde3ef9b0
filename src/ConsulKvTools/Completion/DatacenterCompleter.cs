using ConsulKvTools.Completion;

namespace ConsulKvTools.Commands;

/// <summary>Offers the datacenters that the agent knows, its own and the nearest first.</summary>
public sealed class DatacenterCompleter() : ListCompleter("Datacenter", Glance.DatacentersAsync);

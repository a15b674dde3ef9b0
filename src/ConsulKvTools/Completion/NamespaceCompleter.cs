using ConsulKvTools.Completion;

namespace ConsulKvTools.Commands;

/// <summary>Offers the namespaces of Consul Enterprise.</summary>
public sealed class NamespaceCompleter() : ListCompleter("Namespace", Glance.NamespacesAsync);

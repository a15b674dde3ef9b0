using ConsulKvTools.Kv.Moves;

namespace ConsulKvTools.Cli.Views;

/// <summary>Shows what an import would do, key by key.</summary>
internal interface IPlanView : IAsyncDisposable
{
    /// <summary>Shows one key; what stays as it is is only counted.</summary>
    ValueTask AddAsync(ConsulKvImportItem item);

    /// <summary>Shows the numbers.</summary>
    ValueTask EndAsync(KvImport import);
}

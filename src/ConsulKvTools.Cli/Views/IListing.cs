namespace ConsulKvTools.Cli.Views;

/// <summary>Shows entries or names as they come in; there may be millions.</summary>
internal interface IListing : IAsyncDisposable
{
    /// <summary>What became of the read.</summary>
    KvReadState State { get; }

    /// <summary>Told by the reader what became of the read.</summary>
    void Report(KvReadState state, ConsulFinding? finding);

    ValueTask AddAsync(ConsulKvEntry entry);

    ValueTask AddAsync(string name);

    /// <summary>All have come in.</summary>
    ValueTask EndAsync();
}

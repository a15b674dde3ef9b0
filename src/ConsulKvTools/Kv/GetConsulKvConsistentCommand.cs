using System.Management.Automation;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Commands;

/// <summary>Reads keys by consensus: the leader makes sure that it still leads before it answers.</summary>
[Cmdlet(VerbsCommon.Get, "ConsulKvConsistent", HelpUri = HelpPages.Folder + "Get-ConsulKvConsistent.md")]
[OutputType(typeof(ConsulKvEntry), typeof(ConsulKvConsistencyReport))]
public sealed class GetConsulKvConsistentCommand : KvReadCmdlet
{
    /// <summary>Keys to read, exactly as given: here a slash at the end is part of the key.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>Reads in all three modes at once and reports whether and how far the stale answer is behind.</summary>
    [Parameter]
    public SwitchParameter CompareStale { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (CompareStale) RequireNoWait("-CompareStale");
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var key in Key)
        {
            if (CompareStale) AwaitFor(key, cancellation => CompareAsync(key, cancellation));
            else if (Read(key, ConsulConsistency.Consistent) is { } entry) WriteObject(entry);
        }
    }

    private async Task CompareAsync(string key, CancellationToken cancellation) =>
        WriteObject(await KvComparison.RunAsync(Observed, key, cancellation).ConfigureAwait(false));
}

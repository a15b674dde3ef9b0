using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Reads keys by consensus: the leader makes sure that it still leads before it answers.</summary>
[Cmdlet(VerbsCommon.Get, "ConsulKvConsistent")]
[OutputType(typeof(ConsulKvEntry))]
public sealed class GetConsulKvConsistentCommand : KvReadCmdlet
{
    /// <summary>Keys to read, exactly as given: here a slash at the end is part of the key.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [AllowEmptyString]
    public string[] Key { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var key in Key)
            AwaitFor(key, async cancellation =>
            {
                if (await ReadAsync(key, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false) is { } entry) WriteObject(entry);
            });
    }
}

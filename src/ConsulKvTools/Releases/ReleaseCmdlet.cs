using System.Management.Automation;
using ConsulKvTools.Kv.Releases;

namespace ConsulKvTools.Commands;

/// <summary>A cmdlet about the releases of a configuration.</summary>
public abstract class ReleaseCmdlet : ConsulCmdlet
{
    /// <summary>
    /// The configuration: the prefix below which its releases stand, such as <c>app</c> or <c>team/app</c>. A slash at its end does not count. Its keys are
    /// <c>app/current</c>, <c>app/history</c>, <c>app/manifests/…</c> and <c>app/releases/…</c>.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string Name { get; set; } = "";

    private protected ReleaseStore Store => new(Observed, ReleaseLayout.Of(Name));

    /// <summary>The time by which releases are old or new.</summary>
    private protected DateTimeOffset Now => Active.Time.GetUtcNow();
}

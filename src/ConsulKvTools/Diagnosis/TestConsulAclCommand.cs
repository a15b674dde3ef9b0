using System.Management.Automation;
using ConsulKvTools.Acl;

namespace ConsulKvTools.Commands;

/// <summary>Tests what the session's token may do to keys, which rule decides, and which rule would allow it.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ConsulAcl", HelpUri = HelpPages.Folder + "Test-ConsulAcl.md")]
[OutputType(typeof(ConsulAclResult), typeof(bool))]
public sealed class TestConsulAclCommand : ConsulCmdlet
{
    /// <summary>The keys, or prefixes for List and DeleteRecurse.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>What to test. Reading and writing when not given.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public AclOperation[] Operation { get; set; } = [AclOperation.Read, AclOperation.Write];

    /// <summary>A session whose token may read ACLs, so that policies and deciding rules can be shown. Nothing is tested with it.</summary>
    [Parameter]
    [ValidateNotNull]
    [ConsulSession]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public ConsulKvSession? AdminSession { get; set; }

    /// <summary>Gives one true or false a key instead: whether all of it is allowed.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (AdminSession is not null) RequireUsable(AdminSession);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var key in Key)
            AwaitFor(key, async cancellation =>
            {
                var results = await AclTest.RunAsync(Active, key, Operation, AdminSession, cancellation).ConfigureAwait(false);
                if (Quiet) WriteObject(results.All(result => result.Allowed == true));
                else
                    foreach (var result in results) WriteObject(result);
            });
    }
}

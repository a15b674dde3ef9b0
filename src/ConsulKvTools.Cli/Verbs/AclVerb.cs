using System.CommandLine;
using ConsulKvTools.Acl;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv acl</c>: may this token do this to this key, and which rule says so.</summary>
internal sealed class AclVerb : Verb
{
    private readonly Argument<string> key = KeyArgument.Required("The key, or for list and deleterecurse the prefix.");
    private readonly Option<AclOperation[]> operations = Choice.Options("--operation", "What is to be done.", AclOperation.Write);
    private readonly Option<string?> adminTokenFile = new("--admin-token-file") { Description = "File with a token that may read ACLs, to see which rule decides.", HelpName = "file" };

    public AclVerb(GlobalOptions globals, Surroundings surroundings)
        : base("acl", "Say whether the token may do something to a key, which rule decides, and what rule would allow it.", globals, surroundings)
    {
        Arguments.Add(key);
        Options.Add(operations);
        Options.Add(adminTokenFile);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var asked = KeyArgument.Read(parsed.GetRequiredValue(key))!;
        using var session = OpenSession(parsed);
        using var admin = parsed.GetValue(adminTokenFile) is { } file
            ? ConsulKvSession.Create(Globals.SessionOptions(parsed, Surroundings) with { Token = null, TokenFile = file }, Surroundings.Environment)
            : null;
        var answers = await AclTest.RunAsync(session, asked, parsed.GetRequiredValue(operations), admin, cancellation).ConfigureAwait(false);
        var results = answers.Select(ForShell.Of).ToArray();
        if (terminal.IsJson) terminal.Document(AclDocument.Of(asked, results), CliJson.Default.AclDocument);
        else AclView.Write(terminal, results);
        return results.All(result => result.Allowed == true) ? ExitCode.Healthy : ExitCode.Fault;
    }
}

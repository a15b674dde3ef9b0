using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Offers the addresses that are at hand: the environment's, those of the sessions there are, Consul's own default.</summary>
public sealed class AddressCompleter : ConsulCompleter
{
    private protected override IEnumerable<CompletionResult> Complete(CompletionQuestion question)
    {
        var known = new List<(string Address, string Meaning)>();
        // Not the variable's own text: an address may carry a password.
        if (ConsulEnvironment.OfThisProcess()["CONSUL_HTTP_ADDR"] is not null) known.Add((RunspaceSessions.Current.OfEnvironment(null).Address, "The address of CONSUL_HTTP_ADDR"));
        known.AddRange(RunspaceSessions.Current.Made.Select(session => (session.Address, $"The address of the session {Printable.Text(session.Name, 60)}")));
        known.Add(("http://127.0.0.1:8500", "Consul's own default: the agent of this machine"));
        return from row in known.GroupBy(row => row.Address).Select(same => same.First())
               where question.Word.Begins(row.Address)
               select Offer(question.Word.Complete(row.Address), row.Meaning, Printable.Text(row.Address, 120));
    }
}

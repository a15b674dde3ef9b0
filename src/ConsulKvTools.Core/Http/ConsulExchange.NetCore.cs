namespace ConsulKvTools.Http;

internal sealed partial class ConsulExchange
{
    /// <summary>As they came: to have them parsed and checked costs more than to read them.</summary>
    private void ReadHeaders(Dictionary<string, string> all)
    {
        foreach (var header in response.Headers.NonValidated) all[header.Key] = header.Value.ToString();
        foreach (var header in response.Content.Headers.NonValidated) all[header.Key] = header.Value.ToString();
    }
}

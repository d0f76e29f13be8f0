from django.db import migrations

# What is there already, as the reactions would have kept it.
_TEXTS = """
    to_tsvector('english', {0})
    || to_tsvector('english', regexp_replace({0}, '[^[:alnum:]]+', ' ', 'g'))
"""
_OWN = f"""
    INSERT INTO incidents_searchtext
           (incident_id, seq, as_of, kind, author, said_at, body, words)
    SELECT id, 0, last_seq, 'incident', '', opened_at, told,
           setweight({_TEXTS.format("title")}, 'A') || setweight({_TEXTS.format("told")}, 'B')
      FROM (SELECT id, last_seq, opened_at, title,
                   left(concat_ws(E'\\n', title, nullif(summary, ''), nullif(customer_impact, ''),
                        nullif(root_cause, ''), nullif(environment, '')), 20000) AS told
              FROM incidents_incident) AS incident
"""
_WRITTEN = f"""
    INSERT INTO incidents_searchtext
           (incident_id, seq, as_of, kind, author, said_at, body, words)
    SELECT incident_id, seq, as_of, kind, actor_name, occurred_at, body,
           setweight({_TEXTS.format("body")}, 'B')
      FROM (SELECT DISTINCT ON (incident_id, coalesce((data->>'edited_seq')::int, seq))
                   incident_id, coalesce((data->>'edited_seq')::int, seq) AS seq, seq AS as_of,
                   kind, actor_name, occurred_at,
                   left(coalesce(data->>'body', data->>'note', data->>'reason', data->>'title'),
                        20000) AS body
              FROM incidents_fact AS fact
             WHERE kind IN ('chat.posted', 'chat.edited', 'incident.noted', 'alert.noted',
                            'alert.attached', 'incident.state_changed',
                            'incident.severity_changed', 'incident.classified')
             ORDER BY incident_id, coalesce((data->>'edited_seq')::int, seq), fact.seq DESC
           ) AS fact
     WHERE body <> ''
"""


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0012_search'),
    ]

    operations = [
        migrations.RunSQL([_OWN, _WRITTEN], migrations.RunSQL.noop),
    ]

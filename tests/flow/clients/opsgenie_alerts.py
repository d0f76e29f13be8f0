"""The package `opsgenie-sdk`, told nothing but where to send: every call of its AlertApi that
we answer, and what the alert looks like after them."""

import json
import sys
import warnings
from datetime import UTC, datetime, timedelta

warnings.simplefilter("ignore")
import opsgenie_sdk as sdk  # noqa: E402

url, key = sys.argv[1:]
configuration = sdk.Configuration()
configuration.host = url
configuration.api_key["Authorization"] = key
api = sdk.AlertApi(sdk.ApiClient(configuration=configuration))
by_alias = {"identifier": "disk/db 1", "identifier_type": "alias"}


def done(answer: sdk.SuccessResponse) -> str:
    """Ask until it is carried out, as the package does it."""
    status = answer.retrieve_result().data
    return str(status.status) if status.is_success else f"failed: {status.status}"


created = api.create_alert(
    sdk.CreateAlertPayload(
        message="Disk full on db-1",
        alias="disk/db 1",
        description="2 % are free",
        tags=["prod"],
        details={"host": "db-1"},
        priority="P2",
        responders=[{"name": "NOC", "type": "team"}],
    )
)
said = [done(created)]
said += [
    done(answer)
    for answer in (
        api.acknowledge_alert(
            **by_alias, acknowledge_alert_payload=sdk.AcknowledgeAlertPayload(user="Ann")
        ),
        api.un_acknowledge_alert(**by_alias),
        api.add_note(
            **by_alias, add_note_to_alert_payload=sdk.AddNoteToAlertPayload(note="Hm", user="Ann")
        ),
        api.add_tags(
            **by_alias, add_tags_to_alert_payload=sdk.AddTagsToAlertPayload(tags=["a", "b"])
        ),
        api.remove_tags(**by_alias, tags=["a", "prod"]),
        api.add_details(
            **by_alias,
            add_details_to_alert_payload=sdk.AddDetailsToAlertPayload(details={"rack": "7"}),
        ),
        api.remove_details(**by_alias, keys=["host"]),
        api.assign_alert(
            **by_alias, assign_alert_payload=sdk.AssignAlertPayload(owner={"username": "ann"})
        ),
        api.add_responder(
            **by_alias,
            add_responder_to_alert_payload=sdk.AddResponderToAlertPayload(
                responder={"name": "DBA", "type": "team"}
            ),
        ),
        api.escalate_alert(
            **by_alias,
            escalate_alert_to_next_payload=sdk.EscalateAlertToNextPayload(
                escalation={"name": "Nights"}
            ),
        ),
        api.execute_custom_alert_action(**by_alias, action_name="Restart"),
        api.update_alert_message(
            **by_alias,
            update_alert_message_payload=sdk.UpdateAlertMessagePayload(message="Disk still full"),
        ),
        api.update_alert_description(
            **by_alias,
            update_alert_description_payload=sdk.UpdateAlertDescriptionPayload(description="1 %"),
        ),
        api.update_alert_priority(
            **by_alias, update_alert_priority_payload=sdk.UpdateAlertPriorityPayload(priority="P1")
        ),
        api.snooze_alert(
            **by_alias,
            snooze_alert_payload=sdk.SnoozeAlertPayload(
                end_time=datetime.now(UTC) + timedelta(hours=1)
            ),
        ),
    )
]
alert = api.get_alert(identifier=created.id).data
notes = [note.note for note in api.list_notes(**by_alias).data]
listed = api.list_alerts(query="status: open AND tag: b").data
count = api.count_alerts(query="status: open").data.count
said.append(done(api.close_alert(**by_alias)))
closed = api.get_alert(identifier=alert.tiny_id, identifier_type="tiny").data.status
said.append(done(api.delete_alert(**by_alias)))
print(
    json.dumps(
        {
            "said": said,
            "notes": notes,
            "listed": [entry.alias for entry in listed],
            "count": count,
            "closed": closed,
            "alert": {
                name: getattr(alert, name)
                for name in ("alias", "message", "description", "tags", "details", "priority")
            }
            | {"owner": alert.owner, "snoozed": alert.snoozed},
        }
    )
)
